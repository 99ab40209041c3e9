import{j as a}from"./A36UCHW3.js";import"./B2ORUYGL.js";import"./6S7FSTMR.js";import"./X3ER6NQF.js";import"./4YXV2URG.js";import"./SIXJSBCB.js";import"./45GWE4C6.js";export{a as default};
