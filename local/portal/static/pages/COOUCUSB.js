//# allFunctionsCalledOnLoad
import{i as a}from"./2L2PJLHF.js";import"./HEWOBK6W.js";import"./XWWBAMOK.js";import"./RE6GVBKM.js";import"./CGN6BZQG.js";import"./5INZO7EZ.js";import"./45GWE4C6.js";export{a as default};
