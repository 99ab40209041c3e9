//# allFunctionsCalledOnLoad
import{rc as a}from"./IY6R3CEB.js";import"./47WTO6DM.js";import"./45GWE4C6.js";export{a as draw};
