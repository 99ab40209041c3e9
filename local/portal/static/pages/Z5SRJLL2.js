import{a}from"./E22RXFKX.js";import"./WQFGTHYZ.js";import"./5U6OQPLB.js";import"./45GWE4C6.js";export{a as default};
