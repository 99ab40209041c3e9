//# allFunctionsCalledOnLoad
import{rc as a}from"./JEVDSCCN.js";import"./4OB3ZKUJ.js";import"./45GWE4C6.js";export{a as draw};
