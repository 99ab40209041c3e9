import{a}from"./X7WEUMEI.js";import"./JEVDSCCN.js";import"./4OB3ZKUJ.js";import"./45GWE4C6.js";export{a as default};
