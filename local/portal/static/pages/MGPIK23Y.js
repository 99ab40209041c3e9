//# allFunctionsCalledOnLoad
import{i as a}from"./AQZQXGHU.js";import"./G3RNPLMO.js";import"./3GGMSYZK.js";import"./HUQCPK5Y.js";import"./E4USSPDP.js";import"./5CZ3TZRW.js";import"./45GWE4C6.js";export{a as default};
