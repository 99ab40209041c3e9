//# allFunctionsCalledOnLoad
import{i as a}from"./YJ6M6PYH.js";import"./SHLHMMZN.js";import"./LNGX2SBE.js";import"./5NTIOXXQ.js";import"./ARIUXNSP.js";import"./K7FMKI6S.js";import"./45GWE4C6.js";export{a as default};
