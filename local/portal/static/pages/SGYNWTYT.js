import{a}from"./F3PLYNTY.js";import"./ARIUXNSP.js";import"./K7FMKI6S.js";import"./45GWE4C6.js";export{a as default};
