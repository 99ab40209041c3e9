//# allFunctionsCalledOnLoad
import{rc as a}from"./4YXV2URG.js";import"./SIXJSBCB.js";import"./45GWE4C6.js";export{a as draw};
