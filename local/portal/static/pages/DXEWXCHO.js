import{j as a}from"./TDTYLIFT.js";import"./QGYEXNEC.js";import"./HGGKYVOM.js";import"./BRMWZOLE.js";import"./3FVWDKQE.js";import"./QPNVORZM.js";import"./45GWE4C6.js";export{a as default};
