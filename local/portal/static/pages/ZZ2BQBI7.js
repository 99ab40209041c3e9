//# allFunctionsCalledOnLoad
import{Jc as a}from"./YOR2J5OL.js";import"./ME2ITJDE.js";import"./45GWE4C6.js";export{a as draw};
