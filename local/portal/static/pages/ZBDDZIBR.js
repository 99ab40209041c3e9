//# allFunctionsCalledOnLoad
import{i as a}from"./5DD6RCTU.js";import"./6S7FSTMR.js";import"./VAIWWVAO.js";import"./X3ER6NQF.js";import"./4YXV2URG.js";import"./SIXJSBCB.js";import"./45GWE4C6.js";export{a as default};
