//# allFunctionsCalledOnLoad
import{r as a}from"./6RZDPOAG.js";import"./FTRQH2YO.js";import"./SIZ6OFQE.js";import"./5RAOOQHX.js";import"./MSFOVBRV.js";import"./LMNRG6RB.js";import"./45GWE4C6.js";export{a as default};
