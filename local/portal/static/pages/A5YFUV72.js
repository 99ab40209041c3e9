import{a}from"./MKZAE3NZ.js";import"./XUC4AJEP.js";import"./IMNQDBGT.js";import"./45GWE4C6.js";export{a as default};
