import{a}from"./7SYOUIXA.js";import"./P56M25LA.js";import"./LUD7FBGZ.js";import"./45GWE4C6.js";export{a as default};
