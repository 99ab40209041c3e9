//# allFunctionsCalledOnLoad
import{rc as a}from"./H5HICAMZ.js";import"./ZUF6ZILB.js";import"./45GWE4C6.js";export{a as draw};
