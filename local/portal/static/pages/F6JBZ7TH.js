//# allFunctionsCalledOnLoad
import{rc as a}from"./MXMBNYTD.js";import"./URZEGDHX.js";import"./45GWE4C6.js";export{a as draw};
