//# allFunctionsCalledOnLoad
import{q as a}from"./KLBKKN37.js";import"./FB2SJMN6.js";import"./RYC4ZSTI.js";import"./AT7ERJHH.js";import"./MXMBNYTD.js";import"./URZEGDHX.js";import"./45GWE4C6.js";export{a as default};
