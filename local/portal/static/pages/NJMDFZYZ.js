//# allFunctionsCalledOnLoad
import{rc as a}from"./XUC4AJEP.js";import"./IMNQDBGT.js";import"./45GWE4C6.js";export{a as draw};
