//# allFunctionsCalledOnLoad
import{i as a}from"./35R2UPUI.js";import"./37STLS7D.js";import"./SIZ6OFQE.js";import"./5RAOOQHX.js";import"./MSFOVBRV.js";import"./LMNRG6RB.js";import"./45GWE4C6.js";export{a as default};
