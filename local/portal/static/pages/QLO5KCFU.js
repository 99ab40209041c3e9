//# allFunctionsCalledOnLoad
import{rc as a}from"./ARIUXNSP.js";import"./K7FMKI6S.js";import"./45GWE4C6.js";export{a as draw};
