//# allFunctionsCalledOnLoad
import{rc as a}from"./E4USSPDP.js";import"./5CZ3TZRW.js";import"./45GWE4C6.js";export{a as draw};
