import{j as a}from"./K7QAZMAD.js";import"./OPNLFHF4.js";import"./PWYYIKP4.js";import"./65A73FJZ.js";import"./XUC4AJEP.js";import"./IMNQDBGT.js";import"./45GWE4C6.js";export{a as default};
