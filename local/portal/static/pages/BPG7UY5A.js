import{j as a}from"./NT5P5M54.js";import"./A6BNFJYD.js";import"./7V5TW3LB.js";import"./VXABNW7T.js";import"./WQFGTHYZ.js";import"./5U6OQPLB.js";import"./45GWE4C6.js";export{a as default};
