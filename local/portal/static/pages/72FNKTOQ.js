//# allFunctionsCalledOnLoad
import{i as a}from"./DZG24RVB.js";import"./PWYYIKP4.js";import"./ZMTQIBPS.js";import"./65A73FJZ.js";import"./XUC4AJEP.js";import"./IMNQDBGT.js";import"./45GWE4C6.js";export{a as default};
