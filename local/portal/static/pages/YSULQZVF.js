//# allFunctionsCalledOnLoad
import{rc as a}from"./KDWVJY6Q.js";import"./3OIOOVYJ.js";import"./45GWE4C6.js";export{a as draw};
