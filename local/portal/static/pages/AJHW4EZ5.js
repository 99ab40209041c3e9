//# allFunctionsCalledOnLoad
import{w as a}from"./B6BCFRWO.js";import"./QGYEXNEC.js";import"./5J3DBAPG.js";import"./BRMWZOLE.js";import"./3FVWDKQE.js";import"./QPNVORZM.js";import"./45GWE4C6.js";export{a as default};
