//# allFunctionsCalledOnLoad
import{q as a}from"./I3JQSHE7.js";import"./EMTP4OTB.js";import"./5RYZM5N6.js";import"./4AEI43B4.js";import"./7WVC5I65.js";import"./7EKUSWFV.js";import"./45GWE4C6.js";export{a as default};
