import{a}from"./V6CVKHFG.js";import"./4YXV2URG.js";import"./SIXJSBCB.js";import"./45GWE4C6.js";export{a as default};
