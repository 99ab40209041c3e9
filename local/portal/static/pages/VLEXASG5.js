//# allFunctionsCalledOnLoad
import{rc as a}from"./XJXB5ZR2.js";import"./HO73PZM4.js";import"./45GWE4C6.js";export{a as draw};
