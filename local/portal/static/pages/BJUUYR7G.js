//# allFunctionsCalledOnLoad
import{h as a}from"./O3G3R2DB.js";import"./NXL6MKJ4.js";import"./4P3FBCC2.js";import"./YOR2J5OL.js";import"./ME2ITJDE.js";import"./45GWE4C6.js";export{a as default};
