//# allFunctionsCalledOnLoad
import{i as a}from"./LCQ4HOAF.js";import"./D4YMX3AN.js";import"./QACCF657.js";import"./XQVGFYZE.js";import"./KDWVJY6Q.js";import"./3OIOOVYJ.js";import"./45GWE4C6.js";export{a as default};
