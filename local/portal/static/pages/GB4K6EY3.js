//# allFunctionsCalledOnLoad
import{rc as a}from"./WQFGTHYZ.js";import"./5U6OQPLB.js";import"./45GWE4C6.js";export{a as draw};
