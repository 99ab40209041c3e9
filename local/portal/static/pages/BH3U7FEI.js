//# allFunctionsCalledOnLoad
import{q as a}from"./BTR4XZKC.js";import"./4SKVZOBL.js";import"./3IAJSIWV.js";import"./5LCPVLPE.js";import"./JEVDSCCN.js";import"./4OB3ZKUJ.js";import"./45GWE4C6.js";export{a as default};
