//# allFunctionsCalledOnLoad
import{h as a}from"./NE4P2PWO.js";import"./HGGKYVOM.js";import"./5J3DBAPG.js";import"./BRMWZOLE.js";import"./3FVWDKQE.js";import"./QPNVORZM.js";import"./45GWE4C6.js";export{a as default};
