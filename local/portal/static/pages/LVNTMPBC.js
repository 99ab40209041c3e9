import{a}from"./AC6VAPVW.js";import"./MXMBNYTD.js";import"./URZEGDHX.js";import"./45GWE4C6.js";export{a as default};
