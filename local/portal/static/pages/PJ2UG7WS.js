//# allFunctionsCalledOnLoad
import{q as a}from"./T2A44IUY.js";import"./KYZNVOI3.js";import"./3GGMSYZK.js";import"./HUQCPK5Y.js";import"./E4USSPDP.js";import"./5CZ3TZRW.js";import"./45GWE4C6.js";export{a as default};
