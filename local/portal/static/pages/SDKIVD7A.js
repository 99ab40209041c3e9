//# allFunctionsCalledOnLoad
import{r as a}from"./CPRD3WFC.js";import"./MJ4KCK7H.js";import"./LNGX2SBE.js";import"./5NTIOXXQ.js";import"./ARIUXNSP.js";import"./K7FMKI6S.js";import"./45GWE4C6.js";export{a as default};
