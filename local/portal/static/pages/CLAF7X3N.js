//# allFunctionsCalledOnLoad
import{i as a}from"./YCGDMTIY.js";import"./O7WN2OIY.js";import"./RYC4ZSTI.js";import"./AT7ERJHH.js";import"./MXMBNYTD.js";import"./URZEGDHX.js";import"./45GWE4C6.js";export{a as default};
