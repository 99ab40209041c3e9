//# allFunctionsCalledOnLoad
import{i as a}from"./IJR6SA62.js";import"./I2QLW7Z4.js";import"./3IAJSIWV.js";import"./5LCPVLPE.js";import"./JEVDSCCN.js";import"./4OB3ZKUJ.js";import"./45GWE4C6.js";export{a as default};
