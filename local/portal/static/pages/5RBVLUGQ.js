//# allFunctionsCalledOnLoad
import{rc as a}from"./MSFOVBRV.js";import"./LMNRG6RB.js";import"./45GWE4C6.js";export{a as draw};
