//# allFunctionsCalledOnLoad
import{q as a}from"./66VJJFDD.js";import"./OPNLFHF4.js";import"./ZMTQIBPS.js";import"./65A73FJZ.js";import"./XUC4AJEP.js";import"./IMNQDBGT.js";import"./45GWE4C6.js";export{a as default};
