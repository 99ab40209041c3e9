//# allFunctionsCalledOnLoad
import{h as a}from"./75SSQOPZ.js";import"./7V5TW3LB.js";import"./DMOKI54N.js";import"./VXABNW7T.js";import"./WQFGTHYZ.js";import"./5U6OQPLB.js";import"./45GWE4C6.js";export{a as default};
