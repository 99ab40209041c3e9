//# allFunctionsCalledOnLoad
import{rc as a}from"./IYI3AXWH.js";import"./WZDC3F43.js";import"./45GWE4C6.js";export{a as draw};
