//# allFunctionsCalledOnLoad
import{r as a}from"./4LFPZ2A3.js";import"./AGC6UXON.js";import"./QACCF657.js";import"./XQVGFYZE.js";import"./KDWVJY6Q.js";import"./3OIOOVYJ.js";import"./45GWE4C6.js";export{a as default};
