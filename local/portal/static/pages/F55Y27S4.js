import{a}from"./466YB4IY.js";import"./3FVWDKQE.js";import"./QPNVORZM.js";import"./45GWE4C6.js";export{a as default};
