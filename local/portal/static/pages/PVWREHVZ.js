import{j as a}from"./ZLKBF2KM.js";import"./FB2SJMN6.js";import"./O7WN2OIY.js";import"./AT7ERJHH.js";import"./MXMBNYTD.js";import"./URZEGDHX.js";import"./45GWE4C6.js";export{a as default};
