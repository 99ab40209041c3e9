//# allFunctionsCalledOnLoad
import{y as a}from"./7F7QTM4L.js";import"./A6BNFJYD.js";import"./DMOKI54N.js";import"./VXABNW7T.js";import"./WQFGTHYZ.js";import"./5U6OQPLB.js";import"./45GWE4C6.js";export{a as default};
