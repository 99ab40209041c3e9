//# allFunctionsCalledOnLoad
import{rc as a}from"./CGN6BZQG.js";import"./5INZO7EZ.js";import"./45GWE4C6.js";export{a as draw};
