import{a}from"./CRXZ4ZMV.js";import"./IYI3AXWH.js";import"./WZDC3F43.js";import"./45GWE4C6.js";export{a as default};
