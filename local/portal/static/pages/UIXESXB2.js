//# allFunctionsCalledOnLoad
import{q as a}from"./KHXBRKPK.js";import"./B2ORUYGL.js";import"./VAIWWVAO.js";import"./X3ER6NQF.js";import"./4YXV2URG.js";import"./SIXJSBCB.js";import"./45GWE4C6.js";export{a as default};
