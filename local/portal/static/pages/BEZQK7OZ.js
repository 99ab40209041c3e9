//# allFunctionsCalledOnLoad
import{rc as a}from"./ELXGJRMD.js";import"./VTNR225N.js";import"./45GWE4C6.js";export{a as draw};
