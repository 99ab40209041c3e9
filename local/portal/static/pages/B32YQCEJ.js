//# allFunctionsCalledOnLoad
import{rc as a}from"./KLVGKH76.js";import"./2LHYE5TS.js";import"./45GWE4C6.js";export{a as draw};
