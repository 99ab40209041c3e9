//# allFunctionsCalledOnLoad
import{rc as a}from"./3FVWDKQE.js";import"./QPNVORZM.js";import"./45GWE4C6.js";export{a as draw};
