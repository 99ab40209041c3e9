//# allFunctionsCalledOnLoad
import{rc as a}from"./P56M25LA.js";import"./LUD7FBGZ.js";import"./45GWE4C6.js";export{a as draw};
