//# allFunctionsCalledOnLoad
import{rc as a}from"./DJQZXI4C.js";import"./7K45V6NZ.js";import"./45GWE4C6.js";export{a as draw};
